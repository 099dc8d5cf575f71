select id, day, carrier, origin, dest, distance, delay
from {{ ref('raw_flights') }}
where day <= date '{{ var("through") }}'
