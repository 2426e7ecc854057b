-- The app's own tables, for the demo, the tests and anyone who starts from nothing.
-- Why: the engine reads core.sessions and core.sets. Where they exist already, each statement here is skipped: an
-- existing core is never altered by it.
-- Locks: none that anyone else could wait for; every table is new.

create schema if not exists core;
create schema if not exists analytics;
create schema if not exists quartz;

create table if not exists core.users (
    user_id      uuid        not null default gen_random_uuid(),
    display_name text        not null,
    created_at   timestamptz not null default now(),
    constraint users_pkey primary key (user_id)
);

create table if not exists core.exercises (
    exercise_id  uuid not null default gen_random_uuid(),
    name         text not null,
    muscle_group text,
    constraint exercises_pkey primary key (exercise_id)
);

create table if not exists core.sessions (
    session_id    uuid        not null default gen_random_uuid(),
    user_id       uuid        not null,
    activity_type text        not null,
    title         text,
    started_at    timestamptz not null,
    ended_at      timestamptz,
    distance_m    numeric,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    constraint sessions_pkey primary key (session_id),
    constraint sessions_user_id_fkey foreign key (user_id) references core.users on delete cascade
);

create table if not exists core.sets (
    set_id      uuid    not null default gen_random_uuid(),
    session_id  uuid    not null,
    exercise_id uuid    not null,
    set_index   int     not null,
    is_warmup   boolean not null default false,
    reps        int,
    weight_kg   numeric,
    rpe         numeric,
    distance_m  numeric,
    duration_s  int,
    constraint sets_pkey primary key (set_id),
    constraint sets_session_id_fkey foreign key (session_id) references core.sessions on delete cascade,
    constraint sets_exercise_id_fkey foreign key (exercise_id) references core.exercises on delete cascade,
    constraint sets_set_index_check check (set_index >= 0)
);
