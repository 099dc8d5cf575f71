package local_aws;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
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
 * staging folder of the run, on the same file system as the buckets, and is renamed into place.
 * A run that is killed leaves nothing of it to the next one, and nothing half-written to S3.
 *
 * A key that cannot be a path lives under its hash, with its name in a file beside
 * (services/s3/keys.py, OddKeys below). Those that Hadoop can name are seen as any other; at one that
 * it cannot (a//b, a/../b) a listing fails: it would leave an object out.
 * Compiled by Janino, which Spark brings: no lambdas, no diamonds.
 */
public class LocalS3 extends FileSystem {
    private static final long BLOCK = 64L * 1024 * 1024;
    /** local_aws's own names in a bucket's folder (services/s3/keys.py). */
    private static final String RESERVED = ".~";
    private static final int LONGEST_KEY = 1024;
    private final OddKeys odd = new OddKeys();
    private URI uri;
    private File buckets;
    private File staging;
    private Path workingDirectory;
    private RawLocalFileSystem local;
    private Gate gate;

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
        local = new Objects();
        local.initialize(URI.create("file:///"), conf);
        String place = conf.get("fs.local_aws.gate");
        gate = place == null ? null : new Gate(place, name.getAuthority());
    }

    public void close() throws IOException {
        super.close();
        if (gate != null) {
            gate.close();
        }
    }

    /**
     * Whether the run's role may; a run that works as the account may all. What is on the way is no
     * object: as AWS's committer for S3 puts a file there when it is whole, its last name is asked for.
     */
    private void require(String action, String key) throws IOException {
        if (gate != null && !isOnTheWay(key)) {
            gate.require(action, key);
        }
    }

    /** The same for each object below a folder, or the object itself. */
    private void requireAll(String action, File file, String key) throws IOException {
        if (gate == null) {
            return;
        }
        File[] children = file.listFiles();
        if (children == null) {
            if (file.exists()) {
                require(action, key);
            }
            return;
        }
        for (int i = 0; i < children.length; i++) {
            if (!children[i].getName().startsWith(RESERVED)) {
                requireAll(action, children[i], prefix(key) + children[i].getName());
            }
        }
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

    /** The key, or a folder's prefix without its slash; empty for the bucket itself. */
    private String keyOf(Path path) throws IOException {
        checkPath(path);
        String key = new Path(workingDirectory, path).toUri().getPath();
        while (key.startsWith("/")) {
            key = key.substring(1);
        }
        if (Arrays.asList(key.split("/")).contains("..")) {
            throw new IOException("'..' in an object's key: " + path);
        }
        return key;
    }

    private File bucket() throws IOException {
        File folder = new File(buckets, uri.getAuthority());
        if (!folder.isDirectory()) {
            throw new IOException("The specified bucket does not exist (Service: Amazon S3; "
                + "Status Code: 404; Error Code: NoSuchBucket; Bucket: " + uri.getAuthority() + ")");
        }
        return folder;
    }

    private File plain(String key) throws IOException {
        File folder = bucket();
        if (isOnTheWay(key) && !new File(folder, key).exists()) {
            return new File(new File(staging, uri.getAuthority()), key);
        }
        return new File(folder, key);
    }

    /** Where a new object may be; S3 would not take the key, or not show the file, elsewhere. */
    private File writable(Path path) throws IOException {
        String key = keyOf(path);
        if (key.startsWith(RESERVED) || key.contains("/" + RESERVED)) {
            throw new IOException("local_aws cannot write the object '" + key
                + "' by its path: a part of it begins with " + RESERVED);
        }
        if (key.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
            throw new IOException("Your key is too long (Service: Amazon S3; Status Code: 400; "
                + "Error Code: KeyTooLongError; Key: " + key + ")");
        }
        return plain(key);
    }

    /** The object's bytes, or null where there is no such object. */
    private File object(String key) throws IOException {
        File file = plain(key);
        if (file.isFile()) {
            return file;
        }
        return (File) odd.all(bucket()).get(key);
    }

    private Path pathOf(String key) {
        return new Path(uri.getScheme(), uri.getAuthority(), "/" + key);
    }

    private FileStatus file(File file, String key) {
        return new FileStatus(file.length(), false, 1, BLOCK, file.lastModified(), pathOf(key));
    }

    private FileStatus folder(String key) {
        return new FileStatus(0, true, 1, BLOCK, 0, pathOf(key));
    }

    public FileStatus getFileStatus(Path path) throws IOException {
        String key = keyOf(path);
        File found = object(key);
        require(found != null ? Gate.GET : Gate.LIST, found != null ? key : prefix(key));
        if (found != null) {
            return file(found, key);
        }
        if (plain(key).isDirectory() || !odd.below(bucket(), prefix(key)).isEmpty()) {
            return folder(key);
        }
        throw new FileNotFoundException("No such file or directory: " + pathOf(key));
    }

    public FileStatus[] listStatus(Path path) throws IOException {
        String key = keyOf(path);
        require(Gate.LIST, prefix(key));
        TreeMap<String, FileStatus> found = new TreeMap<String, FileStatus>();
        listOdd(key, found);
        String[] names = plain(key).list();
        for (int i = 0; names != null && i < names.length; i++) {
            String child = prefix(key) + names[i];
            File file = plain(child);
            if (names[i].startsWith(RESERVED)) {
                continue;
            }
            if (file.isDirectory()) {
                found.put(child + "/", folder(child));
            } else {
                found.put(child, file(file, child));
            }
        }
        File object = found.isEmpty() ? object(key) : null;
        if (object != null) {
            return new FileStatus[] {file(object, key)};
        }
        if (found.isEmpty()) {
            getFileStatus(path);
        }
        return (FileStatus[]) found.values().toArray(new FileStatus[found.size()]);
    }

    /** The children whose keys are no paths. */
    private void listOdd(String key, TreeMap<String, FileStatus> found) throws IOException {
        String prefix = prefix(key);
        Iterator<Map.Entry<String, File>> all = odd.below(bucket(), prefix).entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<String, File> entry = (Map.Entry<String, File>) all.next();
            String name = (String) entry.getKey();
            String rest = name.substring(prefix.length());
            int slash = rest.indexOf('/');
            if (OddKeys.isMarker(name)) {
                if (slash > 0) {
                    String child = prefix + rest.substring(0, slash);
                    found.put(child + "/", folder(child));
                }
            } else if (!OddKeys.hasPath(name)) {
                throw new IOException("Hadoop has no path for the object '" + name + "' in bucket "
                    + uri.getAuthority() + ": rename it, or read another folder");
            } else if (slash < 0) {
                found.put(name, file((File) entry.getValue(), name));
            } else {
                String child = prefix + rest.substring(0, slash);
                found.put(child + "/", folder(child));
            }
        }
    }

    private static String prefix(String key) {
        return key.isEmpty() ? "" : key + "/";
    }

    public boolean mkdirs(Path path, FsPermission permission) throws IOException {
        Files.createDirectories(writable(path).toPath());
        return true;
    }

    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        String key = keyOf(path);
        File file = object(key);
        if (file == null) {
            getFileStatus(path);
            throw new FileNotFoundException(pathOf(key) + " is a folder");
        }
        require(Gate.GET, key);
        return local.open(new Path(file.getAbsolutePath()), bufferSize);
    }

    public FSDataOutputStream create(Path path, FsPermission permission, boolean overwrite,
            int bufferSize, short replication, long blockSize, Progressable progress)
            throws IOException {
        File file = writable(path);
        require(Gate.PUT, keyOf(path));
        if (file.isDirectory() || (!overwrite && object(keyOf(path)) != null)) {
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
        String key = keyOf(from);
        File source = plain(key);
        if (odd.all(bucket()).containsKey(key) || !odd.below(bucket(), prefix(key)).isEmpty()) {
            throw new IOException("local_aws cannot rename " + pathOf(key)
                + ": it holds an object whose key is no path");
        }
        File target = writable(to);
        String targetKey = keyOf(to);
        if (!source.exists()) {
            return false;
        }
        if (target.isDirectory()) {
            target = new File(target, source.getName());
            targetKey = prefix(targetKey) + source.getName();
        }
        if (target.exists()) {
            return false;
        }
        requireAll(Gate.GET, source, key);
        requireAll(Gate.PUT, source, targetKey);
        requireAll(Gate.DELETE, source, key);
        move(source, target);
        return true;
    }

    public boolean delete(Path path, boolean recursive) throws IOException {
        String key = keyOf(path);
        File file = plain(key);
        Map<String, File> below = odd.below(bucket(), prefix(key));
        File object = object(key);
        String[] names = file.list();
        boolean filled = !below.isEmpty() || (names != null && names.length > 0);
        if (object == null && filled && !recursive) {
            throw new IOException("Not empty: " + pathOf(key));
        }
        requireAll(Gate.DELETE, object != null ? object : file, key);
        Iterator<String> odds = below.keySet().iterator();
        while (odds.hasNext()) {
            require(Gate.DELETE, (String) odds.next());
        }
        boolean deleted = object != null && Files.deleteIfExists(object.toPath());
        if (recursive) {
            Iterator<File> all = below.values().iterator();
            while (all.hasNext()) {
                deleted |= Files.deleteIfExists(((File) all.next()).toPath());
            }
        }
        if (key.isEmpty()) {
            return deleteChildren(file) || deleted; // the bucket itself stays
        }
        return deleteAll(file) || deleted;
    }

    private static boolean deleteChildren(File file) throws IOException {
        File[] children = file.listFiles();
        for (int i = 0; children != null && i < children.length; i++) {
            if (!children[i].getName().startsWith(RESERVED)) {
                deleteAll(children[i]);
            }
        }
        return children != null;
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

    /** Counts the bytes that are read of objects apart from those of other files. */
    static class Objects extends RawLocalFileSystem {
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

    /** The objects of a bucket whose keys are no paths: their names, and where their bytes are. */
    private static class OddKeys {
        private static final String ENCODED = ".~k";
        private static final String NAME = ".key";
        private static final String LAST = "\uffff";
        private final Map<String, String> names = new HashMap<String, String>();

        synchronized TreeMap<String, File> all(File bucket) throws IOException {
            TreeMap<String, File> found = new TreeMap<String, File>();
            File[] folders = new File(bucket, ENCODED).listFiles();
            for (int i = 0; folders != null && i < folders.length; i++) {
                File[] files = folders[i].listFiles();
                for (int j = 0; files != null && j < files.length; j++) {
                    if (!files[j].getName().endsWith(NAME)) {
                        found.put(nameOf(files[j]), files[j]);
                    }
                }
            }
            return found;
        }

        Map<String, File> below(File bucket, String prefix) throws IOException {
            return all(bucket).subMap(prefix, prefix + LAST);
        }

        /** Never another for the same file, which is named after the hash of it. */
        private String nameOf(File file) throws IOException {
            String known = (String) names.get(file.getName());
            if (known == null) {
                File name = new File(file.getPath() + NAME);
                known = new String(Files.readAllBytes(name.toPath()), StandardCharsets.UTF_8);
                names.put(file.getName(), known);
            }
            return known;
        }

        /** What consoles make for a folder: on AWS too it is no file to Hadoop. */
        static boolean isMarker(String key) {
            return key.endsWith("/") && (key.length() == 1 || hasPath(key.substring(0, key.length() - 1)));
        }

        static boolean hasPath(String key) {
            String[] segments = key.split("/", -1);
            for (int i = 0; i < segments.length; i++) {
                String segment = segments[i];
                if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                    return false;
                }
            }
            return true;
        }
    }
}
