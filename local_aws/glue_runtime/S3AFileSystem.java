package org.apache.hadoop.fs.s3a;

/** For scripts that name this class in fs.s3*.impl; nothing of its namesake but the name. */
public class S3AFileSystem extends local_aws.LocalS3 {
}
