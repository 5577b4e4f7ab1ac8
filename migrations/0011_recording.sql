-- What is done while access is open: recordings, and which entries tell them.
set role breakglass_owner;

create table recording (
    id uuid constraint recording_pk primary key,
    access_grant uuid not null constraint recording_access_grant references access_grant (id),
    request uuid not null constraint recording_request references request (id),
    way text not null constraint recording_way_known check (
        way in ('console', 'gateway', 'terminal', 'reported')),
    started_seq bigint not null,
    started_ms bigint not null,
    ended_seq bigint,
    ended_ms bigint,
    end_cause text,
    actions bigint,
    chunks bigint,
    constraint recording_ended_whole check (
        (ended_seq is null) = (ended_ms is null) and (ended_seq is null) = (end_cause is null)
        and (ended_seq is null) = (actions is null) and (ended_seq is null) = (chunks is null))
);
create index recording_by_request on recording (request, started_seq);

-- A recording has many entries, which are no part of its request's story: pages of a request list recordings.
create table recording_entry (
    recording uuid not null,
    seq bigint not null,
    constraint recording_entry_pk primary key (recording, seq)
);

grant select, insert on recording, recording_entry to breakglass_service;
grant update (ended_seq, ended_ms, end_cause, actions, chunks) on recording to breakglass_service;

-- What a program shows to be let in for a grant: a client at the gateway, a tool that reports. Only digests; no
-- projection, since no entry tells of them.
create table grant_secret (
    access_grant uuid not null constraint grant_secret_access_grant references access_grant (id),
    use text not null constraint grant_secret_use_known check (use in ('gateway', 'report')),
    sha256 bytea not null constraint grant_secret_sha256_length check (octet_length(sha256) = 32),
    made_ms bigint not null,
    -- The address that came with it first: from then on it is good from there only.
    used_from text,
    constraint grant_secret_pk primary key (access_grant, use)
);
grant select, insert, delete, update (sha256, made_ms, used_from) on grant_secret to breakglass_service;

-- Whether an entry with a sealed text is a request's: it says so itself, or names a grant that an entry of the log
-- intended for that request. The story is where to look only; what counts is what the entry there says.
create function entry_is_of(p_seq bigint, p_request text) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select case when s.said #>> '{body,request}' is not null
        then s.said #>> '{body,request}' = p_request
        else exists (
            select from public.request_entry story, lateral public.entry_said(story.seq) as intended
            where story.request = p_request::uuid
              and intended ->> 'kind' = 'grant.intended'
              and intended #>> '{body,request}' = p_request
              and intended #> '{body,grant}' = s.said #> '{body,grant}')
        end
    from (select public.entry_said(p_seq) as said) s
$$;
revoke all on function entry_is_of(bigint, text) from public;

-- As before, and a recording is erased as a whole: by the entry that started it, all that its entries seal.
create or replace function opening_erase(p_seq bigint) returns void
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
            where public.entry_is_of((t.opening ->> 'seq')::bigint, request) is not true
               or (ordered #>> '{body,of}' is not null and t.opening <> ordered #> '{body,of}'));
    if lawful is not true then
        raise exception 'no order by one person and confirmation by another stands before entry %', p_seq
            using errcode = 'insufficient_privilege';
    end if;
    update public.opening o set salt = null, bytes = null
    from jsonb_array_elements(erased #> '{body,openings}') as t (opening)
    where o.seq = (t.opening ->> 'seq')::bigint and o.field = t.opening ->> 'field';
    update public.opening o set salt = null, bytes = null
    from jsonb_array_elements(erased #> '{body,openings}') as t (opening),
         lateral public.entry_said((t.opening ->> 'seq')::bigint) as started,
         public.recording_entry part
    where t.opening ->> 'field' = 'recording'
      and started ->> 'kind' = 'recording.started'
      and part.recording = (started #>> '{body,recording}')::uuid
      and o.seq = part.seq
      and public.entry_said(part.seq) #> '{body,recording}' = started #> '{body,recording}';
end
$$;

reset role;
