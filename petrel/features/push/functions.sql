-- The subscription of the token with this digest, and who holds it. No row for nobody, and for who may do nothing.
create or replace function push.mine(p_digest bytea)
returns table (account bigint, token bigint, alerts integer, policy smallint, sealed_way bytea)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.account is null or v.state & 384 <> 0 or not (v.kind = 'session' or 'push' = any (v.scopes)) then return; end if;
  return query
  select v.account, v.token, s.alerts, s.policy, s.sealed_way
    from (select 1) one left join push.subscription s
      on s.cell = law.cell(v.account) and s.account = v.account and s.token = v.token;
end $$;

-- Whom to push which of these notifications: what is still there and still wanted, by subscriptions (p_tokens[i] alone,
-- or all for null) that ask for its kind (p_bits) and for its actor. With each the digest of the app's own token, by
-- which the law is asked what that app may be shown; one that has ended gets nothing.
create or replace function push.due(p_system text, p_accounts bigint[], p_kinds smallint[], p_ids bigint[],
                                    p_bits integer[], p_tokens bigint[])
returns table (account bigint, token bigint, digest bytea, scopes text[], sealed_way bytea, locale text,
               id bigint, kind smallint, actor bigint, post bigint)
language sql stable security definer set search_path = '' as $$
  select s.account, s.token, k.digest, k.scopes, s.sealed_way, c.locale, n.id, n.kind, n.actor, n.post
    from unnest(p_accounts, p_kinds, p_ids, p_bits, p_tokens) with ordinality t(account, kind, id, bit, token, ord)
    join notifications.notification n
      on n.cell = law.cell(t.account) and n.account = t.account and n.kind = t.kind and n.id = t.id
    join push.subscription s on s.cell = law.cell(t.account) and s.account = t.account and s.alerts & t.bit <> 0
     and s.token = coalesce(t.token, s.token)
    join accounts.account a on a.cell = law.cell(t.account) and a.id = t.account and a.state & 384 = 0
    join accounts.token k on k.id = s.token and k.revoked_at is null and coalesce(k.expires_at > now(), true)
    left join accounts.credential c on c.cell = law.cell(t.account) and c.account = t.account
    left join notifications.policy p on p.cell = law.cell(t.account) and p.account = t.account
    left join relationships.relation r
      on r.cell = law.cell(t.account) and r.owner = t.account and r.other = n.actor
   where t.id > coalesce(p.cleared_until, 0) and notifications.wants(n.account, n.actor, n.kind)
     and case s.policy when 0 then true when 1 then coalesce(r.bits, 0) & 1 <> 0 when 2 then coalesce(r.bits, 0) & 2 <> 0
              else false end
   order by t.ord
$$;
