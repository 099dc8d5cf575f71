"""AWS Glue: the Data Catalog, crawlers that really crawl, and jobs that run Spark."""
