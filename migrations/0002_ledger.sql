set role breakglass_owner;

-- The log. The bytes are what was hashed, signed and served; nothing is ever made from them again.
create table ledger_entry (
    seq bigint constraint ledger_entry_pk primary key
        constraint ledger_entry_seq_not_negative check (seq >= 0),
    -- Made by the caller before the first try: a retry finds itself.
    id uuid not null constraint ledger_entry_id_unique unique,
    leaf_hash bytea not null
        constraint ledger_entry_leaf_hash_is_sha256 check (octet_length(leaf_hash) = 32),
    -- The bundle format has a 16-bit length.
    bytes bytea not null
        constraint ledger_entry_bytes_fit check (octet_length(bytes) between 1 and 65535)
);

-- Roots of complete subtrees of 256^k leaves: the hashes that stand in the tiles above level 0.
create table ledger_node (
    level smallint not null
        constraint ledger_node_level_known check (level between 1 and 7),
    idx bigint not null
        constraint ledger_node_idx_not_negative check (idx >= 0),
    hash bytea not null
        constraint ledger_node_hash_is_sha256 check (octet_length(hash) = 32),
    constraint ledger_node_pk primary key (level, idx)
);

-- One row: the fence between writers. Who holds its lock may append.
create table ledger_head (
    only_row boolean constraint ledger_head_pk primary key default true
        constraint ledger_head_one_row check (only_row),
    origin text not null,
    size bigint not null
        constraint ledger_head_size_not_negative check (size >= 0),
    root bytea not null
        constraint ledger_head_root_is_sha256 check (octet_length(root) = 32),
    -- Roots of the perfect subtrees that make up the tree, left to right.
    frontier bytea not null
        constraint ledger_head_frontier_is_hashes check (octet_length(frontier) % 32 = 0),
    -- Time of the newest entry, in milliseconds since 1970: time never runs backwards.
    time_ms bigint not null
);

-- Signed checkpoints as they were published. The newest covers the log, or the log is ahead of it.
create table ledger_checkpoint (
    size bigint constraint ledger_checkpoint_pk primary key,
    note text not null
);

-- Nothing written is ever changed. These triggers prevent accidents; a superuser passes them by,
-- and then the tree and the memory outside of this database must show it.
create function ledger_refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'the log is append-only: % on % is refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;

create trigger ledger_entry_append_only before update or delete or truncate on ledger_entry
    for each statement execute function ledger_refuse_change();
create trigger ledger_node_append_only before update or delete or truncate on ledger_node
    for each statement execute function ledger_refuse_change();
create trigger ledger_checkpoint_append_only before update or delete or truncate on ledger_checkpoint
    for each statement execute function ledger_refuse_change();
create trigger ledger_head_stays before delete or truncate on ledger_head
    for each statement execute function ledger_refuse_change();

alter table ledger_entry enable always trigger ledger_entry_append_only;
alter table ledger_node enable always trigger ledger_node_append_only;
alter table ledger_checkpoint enable always trigger ledger_checkpoint_append_only;
alter table ledger_head enable always trigger ledger_head_stays;

create function ledger_head_only_grows() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if new.size <= old.size or new.origin <> old.origin or new.time_ms < old.time_ms then
        raise exception 'the head of the log only moves forward'
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;
create trigger ledger_head_forward before update on ledger_head
    for each row execute function ledger_head_only_grows();
alter table ledger_head enable always trigger ledger_head_forward;

-- Make the head of an empty log; says nothing where there is one.
create function ledger_open(p_origin text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into public.ledger_head (origin, size, root, frontier, time_ms)
    values (p_origin, 0, sha256(''::bytea), ''::bytea, 0)
    on conflict do nothing
$$;

-- Take the fence. Held until the transaction ends.
create function ledger_lock_head(
    out origin text, out size bigint, out root bytea, out frontier bytea, out time_ms bigint
) returns setof record
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select h.origin, h.size, h.root, h.frontier, h.time_ms from public.ledger_head h for update
$$;

-- The only way into the log: entries and the head that covers them, or nothing.
create function ledger_append(
    p_size bigint, p_root bytea,
    p_new_root bytea, p_new_frontier bytea, p_time_ms bigint,
    p_ids uuid[], p_leaf_hashes bytea[], p_bytes bytea[],
    p_node_levels smallint[], p_node_idxs bigint[], p_node_hashes bytea[]
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into public.ledger_entry (seq, id, leaf_hash, bytes)
    select p_size + t.place - 1, t.id, t.leaf_hash, t.bytes
    from unnest(p_ids, p_leaf_hashes, p_bytes) with ordinality as t (id, leaf_hash, bytes, place);

    if cardinality(p_node_levels) > 0 then
        insert into public.ledger_node (level, idx, hash)
        select t.level, t.idx, t.hash
        from unnest(p_node_levels, p_node_idxs, p_node_hashes) as t (level, idx, hash);
    end if;

    update public.ledger_head
    set size = p_size + cardinality(p_ids), root = p_new_root, frontier = p_new_frontier,
        time_ms = p_time_ms
    where size = p_size and root = p_root;
    if not found then
        raise exception 'the head of the log has moved' using errcode = 'serialization_failure';
    end if;
end
$$;

-- Keep a published checkpoint. It can be signed again, so it need not wait for the disk.
create function ledger_publish(p_size bigint, p_note text) returns void
language sql security definer set search_path = pg_catalog, pg_temp
set synchronous_commit = off as $$
    insert into public.ledger_checkpoint (size, note) values (p_size, p_note)
    on conflict do nothing
$$;

revoke all on function ledger_open(text) from public;
revoke all on function ledger_lock_head() from public;
revoke all on function ledger_append(
    bigint, bytea, bytea, bytea, bigint, uuid[], bytea[], bytea[], smallint[], bigint[], bytea[]
) from public;
revoke all on function ledger_publish(bigint, text) from public;
grant execute on function ledger_open(text) to breakglass_service;
grant execute on function ledger_lock_head() to breakglass_service;
grant execute on function ledger_append(
    bigint, bytea, bytea, bytea, bigint, uuid[], bytea[], bytea[], smallint[], bigint[], bytea[]
) to breakglass_service;
grant execute on function ledger_publish(bigint, text) to breakglass_service;
grant select on ledger_entry, ledger_node, ledger_head, ledger_checkpoint to breakglass_service;

reset role;
