-- An app that was there before: other names, other types, other units. Nothing of it is changed.
create table public.members (
    id        bigint generated always as identity primary key,
    full_name text not null
);

create table public.movements (
    id        int generated always as identity primary key,
    label     text not null,
    body_part text
);

create table public.workouts (
    id        bigint generated always as identity primary key,
    member_id bigint not null references public.members on delete cascade,
    kind      smallint not null, -- 1 strength, 2 run, 3 ride
    note      text,
    began     timestamptz not null,
    finished  timestamptz,
    km        numeric
);

create table public.workout_sets (
    id          bigint generated always as identity primary key,
    workout_id  bigint not null references public.workouts on delete cascade,
    movement_id int not null references public.movements,
    warm_up     boolean not null default false,
    reps        smallint,
    pounds      numeric,
    effort      numeric,
    metres      numeric
);
