package com.amazon.ws.emr.hadoop.fs;

/** For scripts that name this class in fs.s3*.impl; nothing of its namesake but the name. */
public class EmrFileSystem extends local_aws.LocalS3 {
}
