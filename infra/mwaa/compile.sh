#!/bin/sh
# infra/mwaa/compile.sh: write <version>/requirements.txt anew, after a change of requirements.in.
#
# A constraints.txt holds what AWS's image of that Airflow comes with
# (https://github.com/aws/amazon-mwaa-docker-images). The first line of what is written has the word
# --constraint in a comment: MWAA then keeps to these pins and not to Airflow's own list, which
# stands for other packages than ours.
set -eu
cd "$(dirname "$0")"
for folder in */; do
  version="${folder%/}"
  {
    echo "# --constraint is infra/mwaa/$version/constraints.txt; made by infra/mwaa/compile.sh"
    { echo "apache-airflow[celery,statsd]==$version"; cat requirements.in; } |
      uv pip compile --quiet --no-header --no-annotate --no-emit-index-url \
        --python-version 3.12 --python-platform x86_64-manylinux_2_28 \
        --constraint "$version/constraints.txt" -
  } > "$version/requirements.new"
  mv "$version/requirements.new" "$version/requirements.txt"
done
