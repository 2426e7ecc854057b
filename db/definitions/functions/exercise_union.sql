-- The distinct exercises of several sessions, sorted, so that equal sets are equal arrays.
create or replace function analytics.sorted_distinct(ids uuid[]) returns uuid[]
    language sql immutable parallel safe
    return coalesce((select array_agg(distinct i.id order by i.id) from unnest(ids) as i (id)), '{}');

create or replace aggregate analytics.exercise_union (uuid[]) (
    sfunc = array_cat,
    stype = uuid[],
    finalfunc = analytics.sorted_distinct,
    initcond = '{}',
    parallel = safe
);

comment on aggregate analytics.exercise_union (uuid[]) is 'Sorted distinct union of exercise ids.';
comment on function analytics.sorted_distinct is 'The distinct ids of an array, sorted; the last step of exercise_union.';

-- The same without the last step, for a statement that takes it itself.
create or replace aggregate analytics.exercise_lists (uuid[]) (
    sfunc = array_cat,
    stype = uuid[],
    initcond = '{}',
    parallel = safe
);

comment on aggregate analytics.exercise_lists (uuid[]) is 'Exercise ids one after the other, as often as they come.';
