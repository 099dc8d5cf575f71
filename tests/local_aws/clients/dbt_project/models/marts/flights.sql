{{ config(partitioned_by=['day'], bucketed_by=none) }}
select f.id, c.name as carrier_name, f.carrier, f.origin, f.dest, f.distance, f.delay, f.day
from {{ ref('stg_flights') }} f
left join {{ ref('stg_carriers') }} c on c.carrier = f.carrier
