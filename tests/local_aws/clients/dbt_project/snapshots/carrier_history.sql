{% snapshot carrier_history %}
{{ config(target_schema=target.schema, unique_key='carrier', strategy='check', check_cols=['flights']) }}
select carrier, flights from {{ ref('delays_by_carrier') }}
{% endsnapshot %}
