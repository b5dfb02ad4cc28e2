# shellcheck shell=bash
# Keeps versions of objects, told to an AWS SDK from another container.
test_moto() {
  service aws motoserver/moto:5
  eventually listens aws 5000
  beside --entrypoint python3 -e AWS_ENDPOINT_URL=http://aws:5000 -e AWS_REGION=us-east-1 \
    -e AWS_ACCESS_KEY_ID=rig -e AWS_SECRET_ACCESS_KEY=secret motoserver/moto:5 -c '
import boto3
s3 = boto3.client("s3", region_name="us-east-1")
s3.create_bucket(Bucket="bucket")
s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
for body in (b"one", b"two"):
    s3.put_object(Bucket="bucket", Key="key", Body=body)
versions = s3.list_object_versions(Bucket="bucket")["Versions"]
assert len(versions) == 2, versions
'
}
