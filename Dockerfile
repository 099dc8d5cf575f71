# One image for Airflow's components and for local_aws: the environment of requirements.lock.
# A digest pins the base for good: --build-arg PYTHON_IMAGE=python:3.12.12-slim-bookworm@sha256:...
ARG PYTHON_IMAGE=python:3.12.12-slim-bookworm
FROM ${PYTHON_IMAGE}

RUN useradd --create-home --uid 50000 tarn
WORKDIR /opt/tarn
COPY requirements.lock ./
# As ./lake does: pip installs uv by its hashes, uv the rest. pip alone refuses the lock, since
# Airflow's provider asks for celery[redis], and pip takes the extra for a package without a hash.
RUN awk '/^[^ #]/ { wanted = ($0 ~ /^uv==/) } wanted' requirements.lock > /tmp/uv.txt && \
    pip install --no-cache-dir --require-hashes -r /tmp/uv.txt && \
    uv pip install --python /usr/local/bin/python --no-cache --compile-bytecode \
        --require-hashes -r requirements.lock && \
    rm /tmp/uv.txt
COPY . .
# The containers' root is read-only: what is not compiled now is compiled by every process again.
# A new volume takes its owner from the folder that it is mounted on.
RUN python -m compileall -q -j 0 . && \
    mkdir -p /data /opt/airflow/logs && \
    chown -R tarn /data /opt/airflow
ENV PYTHONPATH=/opt/tarn \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/tarn/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/tarn/plugins
USER 50000
