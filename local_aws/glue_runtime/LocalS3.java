package local_aws;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * s3://, s3a:// and s3n:// over the folder where local_aws keeps its objects.
 *
 * S3 shows an object when its upload is complete and never before, and has no folders. So what a
 * Spark job writes on the way (_temporary, .spark-staging-*, a file that is still open) lives in a
 * staging folder beside the buckets, on the same file system, and is renamed into place.
 * Compiled by Janino, which Spark brings: no lambdas, no diamonds.
 */
public class LocalS3 extends FileSystem {
    private static final long BLOCK = 64L * 1024 * 1024;
    /** local_aws's own names in a bucket's folder (services/s3/keys.py). */
    private static final String RESERVED = ".~";
    private URI uri;
    private File buckets;
    private File staging;
    private Path workingDirectory;
    private RawLocalFileSystem local;

    public void initialize(URI name, Configuration conf) throws IOException {
        super.initialize(name, conf);
        setConf(conf);
        if (name.getAuthority() == null) {
            throw new IOException("No bucket in " + name);
        }
        uri = URI.create(name.getScheme() + "://" + name.getAuthority());
        buckets = new File(conf.get("fs.local_aws.buckets"));
        staging = new File(conf.get("fs.local_aws.staging"));
        workingDirectory = new Path(uri.toString() + "/");
        local = new RawLocalFileSystem();
        local.initialize(URI.create("file:///"), conf);
    }

    public String getScheme() {
        return uri.getScheme();
    }

    public URI getUri() {
        return uri;
    }

    public Path getWorkingDirectory() {
        return workingDirectory;
    }

    public void setWorkingDirectory(Path path) {
        workingDirectory = path;
    }

    public long getDefaultBlockSize(Path path) {
        return BLOCK;
    }

    private static boolean isOnTheWay(String key) {
        String[] segments = key.split("/");
        for (int i = 0; i < segments.length; i++) {
            if (segments[i].equals("_temporary") || segments[i].startsWith(".spark-staging")) {
                return true;
            }
        }
        return false;
    }

    private File fileOf(Path path) throws IOException {
        checkPath(path);
        String bucket = uri.getAuthority();
        File folder = new File(buckets, bucket);
        if (!folder.isDirectory()) {
            throw new IOException("The specified bucket does not exist (Service: Amazon S3; "
                + "Status Code: 404; Error Code: NoSuchBucket; Bucket: " + bucket + ")");
        }
        String key = new Path(workingDirectory, path).toUri().getPath();
        if (Arrays.asList(key.split("/")).contains("..")) {
            throw new IOException("'..' in an object's key: " + path);
        }
        return new File(isOnTheWay(key) ? new File(staging, bucket) : folder, key);
    }

    private FileStatus statusOf(File file, Path path) {
        boolean isFolder = file.isDirectory();
        return new FileStatus(isFolder ? 0 : file.length(), isFolder, 1, BLOCK,
            file.lastModified(), makeQualified(path));
    }

    public FileStatus getFileStatus(Path path) throws IOException {
        File file = fileOf(path);
        if (!file.exists()) {
            throw new FileNotFoundException("No such file or directory: " + makeQualified(path));
        }
        return statusOf(file, path);
    }

    public FileStatus[] listStatus(Path path) throws IOException {
        File file = fileOf(path);
        if (file.isFile()) {
            return new FileStatus[] {statusOf(file, path)};
        }
        String[] names = file.list();
        if (names == null) {
            throw new FileNotFoundException("No such file or directory: " + makeQualified(path));
        }
        Arrays.sort(names);
        List<FileStatus> found = new ArrayList<FileStatus>();
        for (int i = 0; i < names.length; i++) {
            if (!names[i].startsWith(RESERVED)) {
                found.add(statusOf(new File(file, names[i]), new Path(path, names[i])));
            }
        }
        return (FileStatus[]) found.toArray(new FileStatus[found.size()]);
    }

    public boolean mkdirs(Path path, FsPermission permission) throws IOException {
        Files.createDirectories(fileOf(path).toPath());
        return true;
    }

    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        return local.open(new Path(fileOf(path).getAbsolutePath()), bufferSize);
    }

    public FSDataOutputStream create(Path path, FsPermission permission, boolean overwrite,
            int bufferSize, short replication, long blockSize, Progressable progress)
            throws IOException {
        File file = fileOf(path);
        if (file.isDirectory() || (file.exists() && !overwrite)) {
            throw new FileAlreadyExistsException(makeQualified(path) + " already exists");
        }
        File uploads = new File(staging, uri.getAuthority());
        Files.createDirectories(uploads.toPath());
        File upload = new File(uploads, ".upload-" + UUID.randomUUID());
        OutputStream out = new Upload(new FileOutputStream(upload), upload, file);
        return new FSDataOutputStream(new BufferedOutputStream(out, 65536), statistics);
    }

    public FSDataOutputStream append(Path path, int bufferSize, Progressable progress) {
        throw new UnsupportedOperationException("S3 objects cannot be appended to: " + path);
    }

    public boolean rename(Path from, Path to) throws IOException {
        File source = fileOf(from);
        File target = fileOf(to);
        if (!source.exists()) {
            return false;
        }
        if (target.isDirectory()) {
            target = new File(target, source.getName());
        }
        if (target.exists()) {
            return false;
        }
        move(source, target);
        return true;
    }

    public boolean delete(Path path, boolean recursive) throws IOException {
        File file = fileOf(path);
        String[] names = file.list();
        if (names != null && names.length > 0 && !recursive) {
            throw new IOException("Not empty: " + makeQualified(path));
        }
        return deleteAll(file);
    }

    private static boolean deleteAll(File file) throws IOException {
        File[] children = file.listFiles();
        for (int i = 0; children != null && i < children.length; i++) {
            deleteAll(children[i]);
        }
        return Files.deleteIfExists(file.toPath());
    }

    /** A rename; once more when somebody removed the emptied folder in between. */
    private static void move(File source, File target) throws IOException {
        for (int left = 3; ; left--) {
            Files.createDirectories(target.getParentFile().toPath());
            try {
                Files.move(source.toPath(), target.toPath(),
                    StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return;
            } catch (NoSuchFileException e) {
                if (left == 0 || !source.exists()) {
                    throw e;
                }
            }
        }
    }

    /** The bytes of an object that nobody sees before they are all there. */
    private static class Upload extends FilterOutputStream {
        private final File upload;
        private final File target;
        private boolean closed;

        Upload(OutputStream out, File upload, File target) {
            super(out);
            this.upload = upload;
            this.target = target;
        }

        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        public void close() throws IOException {
            if (!closed) {
                closed = true;
                super.close();
                move(upload, target);
            }
        }
    }
}
