set role breakglass_owner;

-- What witnesses signed. Each stands for itself: it is checked by whoever reads it, and losing one
-- loses nothing that the witness cannot sign again.
create table ledger_cosignature (
    witness text not null,
    size bigint not null
        constraint ledger_cosignature_size_positive check (size > 0),
    -- When the witness says it signed, in seconds since 1970.
    at_s bigint not null,
    -- The signature line, as it stands in the note.
    line text not null,
    constraint ledger_cosignature_pk primary key (witness, size, at_s)
);
create index ledger_cosignature_size on ledger_cosignature (size);

create trigger ledger_cosignature_append_only before update or delete or truncate on ledger_cosignature
    for each statement execute function ledger_refuse_change();
alter table ledger_cosignature enable always trigger ledger_cosignature_append_only;

create function ledger_cosign(p_witness text, p_size bigint, p_at_s bigint, p_line text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into public.ledger_cosignature (witness, size, at_s, line)
    values (p_witness, p_size, p_at_s, p_line)
    on conflict do nothing
$$;

revoke all on function ledger_cosign(text, bigint, bigint, text) from public;
grant execute on function ledger_cosign(text, bigint, bigint, text) to breakglass_service;
grant select on ledger_cosignature to breakglass_service;

reset role;
