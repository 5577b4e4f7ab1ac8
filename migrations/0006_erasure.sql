-- Erasing what was sealed. The service may insert into `opening` and read it; that a text goes takes
-- entries of the log which say that two people wanted it. Whoever forges those leaves them in the log,
-- and every verifier names them.
set role breakglass_owner;

-- What an entry says; null where there is none.
create function entry_said(p_seq bigint) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select convert_from(e.bytes, 'UTF8')::jsonb from public.ledger_entry e where e.seq = p_seq
$$;

-- Erase what the entry `opening.erased` at p_seq names. The rows stay without their content, so that
-- nothing else can be put in their place.
create function opening_erase(p_seq bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    erased jsonb := public.entry_said(p_seq);
    confirmed jsonb := public.entry_said(p_seq - 1);
    ordered jsonb := public.entry_said((erased #>> '{body,order}')::bigint);
    request text := erased #>> '{body,request}';
    lawful boolean;
begin
    lawful := erased ->> 'kind' = 'opening.erased'
        and confirmed ->> 'kind' = 'erasure.confirmed'
        and ordered ->> 'kind' = 'erasure.ordered'
        and confirmed #> '{body,order}' = erased #> '{body,order}'
        and confirmed #>> '{body,request}' = request
        and ordered #>> '{body,request}' = request
        and ordered #>> '{actor,person}' <> confirmed #>> '{actor,person}'
        and erased #>> '{actor,person}' = confirmed #>> '{actor,person}'
        and not exists (
            select from jsonb_array_elements(erased #> '{body,openings}') as t (opening)
            where public.entry_said((t.opening ->> 'seq')::bigint) #>> '{body,request}'
                    is distinct from request
               or (ordered #>> '{body,of}' is not null and t.opening <> ordered #> '{body,of}'));
    if lawful is not true then
        raise exception 'no order by one person and confirmation by another stands before entry %', p_seq
            using errcode = 'insufficient_privilege';
    end if;
    update public.opening o set salt = null, bytes = null
    from jsonb_array_elements(erased #> '{body,openings}') as t (opening)
    where o.seq = (t.opening ->> 'seq')::bigint and o.field = t.opening ->> 'field';
end
$$;

revoke all on function entry_said(bigint) from public;
revoke all on function opening_erase(bigint) from public;
grant execute on function opening_erase(bigint) to breakglass_service;

reset role;
