set role breakglass_owner;

-- Nothing is kept as signed that is more than the log holds: a row beyond the end would stand before
-- all that come after it, and what is append-only cannot lose it again.
create function ledger_must_hold(p_size bigint) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    if p_size > (select h.size from public.ledger_head h) then
        raise exception 'the log does not hold % entries', p_size using errcode = 'check_violation';
    end if;
end
$$;

-- Whether its commit waits for the disk is for the session to say: a setting of the function would
-- end with the function, before the commit.
create or replace function ledger_publish(p_size bigint, p_note text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform public.ledger_must_hold(p_size);
    insert into public.ledger_checkpoint (size, note) values (p_size, p_note)
    on conflict do nothing;
end
$$;

create or replace function ledger_cosign(p_witness text, p_size bigint, p_at_s bigint, p_line text)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform public.ledger_must_hold(p_size);
    insert into public.ledger_cosignature (witness, size, at_s, line)
    values (p_witness, p_size, p_at_s, p_line)
    on conflict (size, witness) do update set at_s = excluded.at_s, line = excluded.line;
end
$$;

create or replace function ledger_keep_witnessed(p_size bigint, p_note text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform public.ledger_must_hold(p_size);
    insert into public.ledger_witnessed as kept (size, note) values (p_size, p_note)
    on conflict (only_row) do update set size = excluded.size, note = excluded.note
    where kept.size <= excluded.size;
    delete from public.ledger_cosignature where size < p_size;
end
$$;

revoke all on function ledger_must_hold(bigint) from public;

reset role;
