-- How many accounts move a trend is not kept any more: nobody read it. An older release still writes it, until
-- 0045_contract_rooms.sql.
alter table discovery.tag_trend alter column accounts set default 0;
alter table discovery.link_trend alter column accounts set default 0;
