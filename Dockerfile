# One image for Airflow's components and for local_aws: the environment of requirements.lock.
FROM python:3.12.12-slim-bookworm

RUN useradd --create-home --uid 50000 tarn
WORKDIR /opt/tarn
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN mkdir -p /data /opt/airflow && chown -R tarn /data /opt/airflow
USER tarn
ENV PYTHONPATH=/opt/tarn \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/tarn/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/tarn/plugins
