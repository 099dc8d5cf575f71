select id from {{ ref('stg_flights') }} where id not in (select id from {{ ref('flight_log') }})
