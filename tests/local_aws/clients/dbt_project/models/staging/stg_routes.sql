select distinct origin, dest, origin || '-' || dest as route, distance
from {{ ref('stg_flights') }}
