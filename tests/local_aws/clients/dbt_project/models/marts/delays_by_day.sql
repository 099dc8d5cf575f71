-- A day is written whole, and written anew when it comes again.
{{ config(
    materialized='incremental',
    incremental_strategy='insert_overwrite',
    partitioned_by=['day'],
) }}
select origin, count(*) as flights, cast(sum(delay) as decimal(12, 2)) as delay, day
from {{ ref('stg_flights') }}
{% if is_incremental() %}
where day >= (select max(day) from {{ this }})
{% endif %}
group by origin, day
