-- No DDL on the log, by anybody who forgets what it is. A later migration that must change these
-- tables says so by disabling this trigger first, which takes a superuser.
create function ledger_refuse_ddl() returns event_trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    guarded constant oid[] := array[
        to_regclass('public.ledger_entry'), to_regclass('public.ledger_node'),
        to_regclass('public.ledger_head'), to_regclass('public.ledger_checkpoint')
    ]::oid[];
    hit text;
begin
    select c.object_identity into hit
    from pg_event_trigger_ddl_commands() c
    where (c.classid = 'pg_class'::regclass and c.objid = any (guarded))
       or (c.classid = 'pg_trigger'::regclass and exists (
            select from pg_trigger t where t.oid = c.objid and t.tgrelid = any (guarded)));
    if hit is not null then
        raise exception 'the log is append-only: % on % is refused', tg_tag, hit
            using errcode = 'insufficient_privilege';
    end if;
end
$$;

create function ledger_refuse_drop() returns event_trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    hit text;
begin
    select d.object_identity into hit
    from pg_event_trigger_dropped_objects() d
    where d.schema_name = 'public' and d.object_identity ~ '(^|[ .])ledger_';
    if hit is not null then
        raise exception 'the log is append-only: dropping % is refused', hit
            using errcode = 'insufficient_privilege';
    end if;
end
$$;

create event trigger ledger_guard on ddl_command_end execute function ledger_refuse_ddl();
create event trigger ledger_guard_drop on sql_drop execute function ledger_refuse_drop();
