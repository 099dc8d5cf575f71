package org.apache.hadoop.fs.s3native;

/** For scripts that name this class in fs.s3*.impl; nothing of its namesake but the name. */
public class NativeS3FileSystem extends local_aws.LocalS3 {
}
