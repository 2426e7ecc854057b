-- Whether a session takes a record: a higher value does, and an equal one that was reached earlier.
create or replace function analytics.beats(
    value numeric, reached_at timestamptz, session_id uuid, record numeric, record_at timestamptz, record_session_id uuid)
    returns boolean
    language sql immutable parallel safe
    return value is not null
        and (record is null or value > record
             or (value = record and (reached_at, session_id) < (record_at, record_session_id)));

comment on function analytics.beats is
    'Whether a value takes a record, in the order that personal_records_live chooses by; false without a value.';
