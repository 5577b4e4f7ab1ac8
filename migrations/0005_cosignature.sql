set role breakglass_owner;

-- What witnesses signed: for each size the newest line of each. It stands for itself: whoever reads it
-- checks it, and losing it loses nothing that the witness cannot sign again.
create table ledger_cosignature (
    size bigint not null
        constraint ledger_cosignature_size_positive check (size > 0),
    witness text not null,
    -- When the witness says it signed, in seconds since 1970.
    at_s bigint not null,
    -- The signature line, as it stands in the note.
    line text not null,
    constraint ledger_cosignature_pk primary key (size, witness)
);

create function ledger_cosign(p_witness text, p_size bigint, p_at_s bigint, p_line text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into public.ledger_cosignature (witness, size, at_s, line)
    values (p_witness, p_size, p_at_s, p_line)
    on conflict (size, witness) do update set at_s = excluded.at_s, line = excluded.line
$$;

revoke all on function ledger_cosign(text, bigint, bigint, text) from public;
grant execute on function ledger_cosign(text, bigint, bigint, text) to breakglass_service;
grant select on ledger_cosignature to breakglass_service;

reset role;
