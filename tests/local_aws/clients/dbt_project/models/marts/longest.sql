{{ config(materialized='ephemeral') }}
select route, distance, rank() over (order by distance desc) as place from {{ ref('stg_routes') }}
