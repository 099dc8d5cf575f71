-- How old each carrier's aircraft are, and whether the old ones run later.
--
-- Grain: one row per carrier and age band of the aircraft that it flew.
--
-- carrier, carrier_name   the carrier's code and name
-- age_band                years since manufacture, in bands; 'Unknown' where planes does not know
--                         the tail number or its year
-- aircraft                distinct tail numbers; one that flew for two carriers counts for both
-- aircraft_with_age       of these, with a known year
-- total_age               years, summed over aircraft_with_age
-- avg_age                 total_age / aircraft_with_age; NULL in the band 'Unknown'
-- seats                   seats, summed over the aircraft that planes knows
-- flights                 scheduled flights of these aircraft
-- departures              departed
-- departure_delay         minutes late at departure, summed
-- avg_departure_delay     departure_delay / departures; NULL when nothing departed
--
-- The age is that in the last year in which the aircraft flew. Flights without a tail number
-- (all of them cancelled) belong to no aircraft and are left out.
WITH flown AS (
    SELECT
        f.carrier AS carrier,
        f.tailnum AS tailnum,
        max(f.year) AS last_year,
        count(*) AS flights,
        count(f.dep_time) AS departures,
        coalesce(sum(CAST(f.dep_delay AS bigint)), 0) AS departure_delay
    FROM lake.flights AS f
    WHERE f.tailnum IS NOT NULL
    GROUP BY f.carrier, f.tailnum
),
aged AS (
    SELECT
        n.carrier AS carrier,
        n.flights AS flights,
        n.departures AS departures,
        n.departure_delay AS departure_delay,
        p.seats AS seats,
        CASE WHEN p.year <= n.last_year THEN n.last_year - p.year END AS age
    FROM flown AS n
    LEFT JOIN lake.planes AS p ON p.tailnum = n.tailnum
),
banded AS (
    SELECT
        g.carrier AS carrier,
        g.flights AS flights,
        g.departures AS departures,
        g.departure_delay AS departure_delay,
        g.seats AS seats,
        g.age AS age,
        CASE
            WHEN g.age IS NULL THEN 'Unknown'
            WHEN g.age < 5 THEN '00-04 years'
            WHEN g.age < 10 THEN '05-09 years'
            WHEN g.age < 15 THEN '10-14 years'
            WHEN g.age < 20 THEN '15-19 years'
            ELSE '20+ years'
        END AS age_band
    FROM aged AS g
)
SELECT
    b.carrier AS carrier,
    coalesce(max(a.name), b.carrier) AS carrier_name,
    b.age_band AS age_band,
    count(*) AS aircraft,
    count(b.age) AS aircraft_with_age,
    coalesce(sum(CAST(b.age AS bigint)), 0) AS total_age,
    avg(CAST(b.age AS double)) AS avg_age,
    coalesce(sum(CAST(b.seats AS bigint)), 0) AS seats,
    sum(b.flights) AS flights,
    sum(b.departures) AS departures,
    sum(b.departure_delay) AS departure_delay,
    CAST(sum(b.departure_delay) AS double) / nullif(CAST(sum(b.departures) AS double), 0e0)
        AS avg_departure_delay
FROM banded AS b
LEFT JOIN lake.airlines AS a ON a.carrier = b.carrier
GROUP BY b.carrier, b.age_band
