select carrier, count(*) as flights, avg(delay) as average_delay, max(delay) as longest_delay
from {{ ref('flights') }}
group by carrier
