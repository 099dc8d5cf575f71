-- Athena merges into Iceberg tables only.
{{ config(
    enabled=var('refused', false),
    materialized='incremental',
    incremental_strategy='merge',
    table_type='iceberg',
    unique_key='id',
) }}
select id, carrier from {{ ref('stg_flights') }}
