set role breakglass_owner;

-- The newest checkpoint that the portal's trust policy believes, with the cosignatures that make it so.
-- Whoever reads it checks it; losing it loses nothing that the witnesses cannot sign again.
create table ledger_witnessed (
    only_row boolean constraint ledger_witnessed_pk primary key default true
        constraint ledger_witnessed_one_row check (only_row),
    size bigint not null
        constraint ledger_witnessed_size_positive check (size > 0),
    note text not null
);

-- What witnesses signed before it is not asked for any more.
create function ledger_keep_witnessed(p_size bigint, p_note text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into public.ledger_witnessed as kept (size, note) values (p_size, p_note)
    on conflict (only_row) do update set size = excluded.size, note = excluded.note
    where kept.size <= excluded.size;
    delete from public.ledger_cosignature where size < p_size;
$$;

revoke all on function ledger_keep_witnessed(bigint, text) from public;
grant execute on function ledger_keep_witnessed(bigint, text) to breakglass_service;
grant select on ledger_witnessed to breakglass_service;

reset role;
