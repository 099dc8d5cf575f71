-- What is new is appended.
{{ config(materialized='incremental', incremental_strategy='append') }}
select id, day, carrier
from {{ ref('stg_flights') }}
{% if is_incremental() %}
where id > (select coalesce(max(id), 0) from {{ this }})
{% endif %}
