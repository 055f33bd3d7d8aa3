# LocalStack with the Private CA and the EventBridge of this package. The version is that of the embedded one.
# Images from 2026.03 on ask for a licence token.
FROM localstack/localstack:4.13.1
COPY . /tmp/pca-events
RUN /opt/code/localstack/.venv/bin/python -m pip install --no-cache-dir --no-deps /tmp/pca-events \
    && rm -r /tmp/pca-events
# "default" selects LocalStack's own EventBridge: docker run -e PROVIDER_OVERRIDE_EVENTS=default ...
ENV PROVIDER_OVERRIDE_EVENTS=pca
# LocalStack's own list of Regions lacks those of some partitions.
ENV ALLOW_NONSTANDARD_REGIONS=1
# PCA_EVENTS_SERVICES lists the services that are on: docker run -e PCA_EVENTS_SERVICES=acm,cloudtrail ...
ENV PROVIDER_OVERRIDE_ACM=pca PROVIDER_OVERRIDE_CLOUDFORMATION=pca PROVIDER_OVERRIDE_CLOUDWATCH=pca PROVIDER_OVERRIDE_KMS=pca
