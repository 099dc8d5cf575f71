{{ config(format='json', write_compression='gzip') }}
select route, array_agg(carrier order by carrier) as carriers
from {{ ref('stg_routes') }}
join {{ ref('stg_flights') }} using (origin, dest)
group by route
