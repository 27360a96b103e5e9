-- What only releases before 0044 need: a column that nobody reads, and an index that link_by_card_and_post stands for.
alter table discovery.tag_trend drop column accounts;
alter table discovery.link_trend drop column accounts;
alter table discovery.post_trend drop column accounts;
drop index cards.link_by_card;
