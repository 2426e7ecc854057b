-- A session's part of its week, as a value: a drain computes what each touched session amounts to once, for its own row
-- and for its week's. There is no 'create or replace type'; whoever changes it drops what is built upon it first.
do $$
begin
    if to_regtype('analytics.session_totals') is null then
        create type analytics.session_totals as (
            user_id         uuid,
            week_start      date,
            distance_m      numeric,
            duration_s      bigint,
            total_volume_kg numeric,
            set_count       int,
            rpe_sum         numeric,
            rpe_count       int,
            exercise_ids    uuid[]
        );
    end if;
end
$$;

comment on type analytics.session_totals is 'Of a row of session_summary, what its week sums.';
