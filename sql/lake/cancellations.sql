-- Flights that never left, and the weather of that day.
--
-- Grain: one row per date, origin airport and carrier with at least one scheduled flight.
--
-- flight_date             the airport's own date
-- origin, origin_name     the airport's code and name
-- carrier, carrier_name   the carrier's code and name
-- flights                 scheduled flights
-- cancelled               of these, without a departure time
-- cancelled_rate          cancelled / flights, 0 to 1
-- day_precip              inches of rain or melted snow at the airport that day
-- day_min_visib           the lowest visibility of the day, miles
-- day_max_wind            the highest wind speed of the day, miles per hour
-- weather_hours           hourly reports behind these three; NULL, as they are, without any
WITH days AS (
    SELECT
        f.flight_date AS flight_date,
        f.origin AS origin,
        f.carrier AS carrier,
        count(*) AS flights,
        count_if(f.dep_time IS NULL) AS cancelled
    FROM lake.flights AS f
    GROUP BY f.flight_date, f.origin, f.carrier
),
skies AS (
    SELECT
        w.origin AS origin,
        w.observed_date AS observed_date,
        sum(w.precip) AS day_precip,
        min(w.visib) AS day_min_visib,
        max(w.wind_speed) AS day_max_wind,
        count(*) AS weather_hours
    FROM lake.weather AS w
    GROUP BY w.origin, w.observed_date
)
SELECT
    d.flight_date AS flight_date,
    d.origin AS origin,
    coalesce(p.name, d.origin) AS origin_name,
    d.carrier AS carrier,
    coalesce(a.name, d.carrier) AS carrier_name,
    d.flights AS flights,
    d.cancelled AS cancelled,
    CAST(d.cancelled AS double) / CAST(d.flights AS double) AS cancelled_rate,
    s.day_precip AS day_precip,
    s.day_min_visib AS day_min_visib,
    s.day_max_wind AS day_max_wind,
    s.weather_hours AS weather_hours
FROM days AS d
LEFT JOIN skies AS s ON s.origin = d.origin AND s.observed_date = d.flight_date
LEFT JOIN lake.airports AS p ON p.faa = d.origin
LEFT JOIN lake.airlines AS a ON a.carrier = d.carrier
