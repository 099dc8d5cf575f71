package local_aws;

import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.storage.StorageStatus;

/**
 * What a run with --enable-metrics has done since its last report, every 30 seconds and at its end:
 * a line of JSON in a file that the server follows (services/glue/jobs/metrics.py).
 *
 * Counts are of tasks that ended well, as AWS's are, and gauges are as of the moment. Compiled by
 * Janino: no lambdas, no diamonds.
 */
public class RunMetrics extends SparkListener implements Runnable {
    private static final long EVERY = 30000L; // milliseconds
    private static final Class[] S3 = new Class[] {
        LocalS3.class,
        org.apache.hadoop.fs.s3a.S3AFileSystem.class,
        org.apache.hadoop.fs.s3native.NativeS3FileSystem.class,
        com.amazon.ws.emr.hadoop.fs.EmrFileSystem.class,
    };
    private final Map<String, Long> counts = new LinkedHashMap<String, Long>();
    private final String file;
    private final Thread reporter;
    private long reported = System.currentTimeMillis();
    private long read = bytesRead();
    private long written = bytesWritten();

    private RunMetrics(String file) {
        this.file = file;
        reporter = new Thread(this, "local_aws metrics");
        reporter.setDaemon(true);
        forget();
        cpuLoad(); // its answer is for the time since it was last asked
    }

    /** From now on, for as long as the context lives. */
    public static void begin(SparkContext context, String file) {
        RunMetrics metrics = new RunMetrics(file);
        context.addSparkListener(metrics);
        metrics.reporter.start();
    }

    public void run() {
        try {
            while (true) {
                Thread.sleep(EVERY);
                report();
            }
        } catch (InterruptedException e) {
            return; // the application has ended
        }
    }

    public synchronized void onStageCompleted(SparkListenerStageCompleted event) {
        if (event.stageInfo().failureReason().isEmpty()) {
            add("completedStages", 1);
        }
    }

    public synchronized void onTaskEnd(SparkListenerTaskEnd event) {
        if (event.taskInfo().killed()) {
            add("killedTasks", 1);
        } else if (event.taskInfo().failed()) {
            add("failedTasks", 1);
        } else {
            add("completedTasks", 1);
            addAll(event.taskMetrics());
        }
    }

    private void addAll(TaskMetrics metrics) {
        if (metrics != null) {
            add("bytesRead", metrics.inputMetrics().bytesRead());
            add("recordsRead", metrics.inputMetrics().recordsRead());
            add("shuffleBytesWritten", metrics.shuffleWriteMetrics().bytesWritten());
            add("shuffleLocalBytesRead", metrics.shuffleReadMetrics().localBytesRead());
        }
    }

    public void onApplicationEnd(SparkListenerApplicationEnd event) {
        reporter.interrupt();
        report();
    }

    private void add(String name, long more) {
        counts.put(name, Long.valueOf(((Long) counts.get(name)).longValue() + more));
    }

    private void forget() {
        String[] names = new String[] {
            "bytesRead", "recordsRead", "completedStages", "completedTasks", "failedTasks",
            "killedTasks", "shuffleBytesWritten", "shuffleLocalBytesRead",
        };
        for (int i = 0; i < names.length; i++) {
            counts.put(names[i], Long.valueOf(0));
        }
    }

    /** A run never fails because of this. */
    private synchronized void report() {
        try {
            byte[] line = (line() + "\n").getBytes(StandardCharsets.UTF_8);
            FileOutputStream out = new FileOutputStream(file, true);
            try {
                out.write(line);
            } finally {
                out.close();
            }
        } catch (IOException e) {
            System.err.println("The run's metrics were not reported: " + e);
        }
    }

    private String line() {
        long now = System.currentTimeMillis();
        StringBuilder line = new StringBuilder("{\"at\": ").append(now);
        Iterator<String> names = counts.keySet().iterator();
        while (names.hasNext()) {
            String name = (String) names.next();
            put(line, name, counts.get(name));
        }
        put(line, "elapsedTime", Long.valueOf(now - reported));
        put(line, "s3BytesRead", Long.valueOf(bytesRead() - read));
        put(line, "s3BytesWritten", Long.valueOf(bytesWritten() - written));
        putGauges(line);
        forget();
        reported = now;
        read = bytesRead();
        written = bytesWritten();
        return line.append("}").toString();
    }

    private static void putGauges(StringBuilder line) {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        put(line, "heapUsed", Long.valueOf(heap.getUsed()));
        put(line, "heapUsage", Double.valueOf((double) heap.getUsed() / heap.getMax()));
        double load = cpuLoad();
        if (load >= 0) { // else the system does not say
            put(line, "cpuSystemLoad", Double.valueOf(load));
        }
        long disk = diskUsed();
        if (disk >= 0) {
            put(line, "diskSpaceUsedMegabytes", Long.valueOf(disk / 1024 / 1024));
        }
    }

    private static void put(StringBuilder line, String name, Object value) {
        line.append(", \"").append(name).append("\": ").append(value);
    }

    private static double cpuLoad() {
        return ((com.sun.management.OperatingSystemMXBean)
            ManagementFactory.getOperatingSystemMXBean()).getCpuLoad();
    }

    /** Of cached blocks, in bytes; -1 when Spark's environment is gone. */
    private static long diskUsed() {
        SparkEnv env = SparkEnv.get();
        if (env == null) {
            return -1;
        }
        long used = 0;
        StorageStatus[] all = env.blockManager().master().getStorageStatus();
        for (int i = 0; i < all.length; i++) {
            used += all[i].diskUsed();
        }
        return used;
    }

    private static long bytesRead() {
        return FileSystem.getStatistics("s3", LocalS3.Objects.class).getBytesRead();
    }

    private static long bytesWritten() {
        long sum = 0;
        for (int i = 0; i < S3.length; i++) {
            sum += FileSystem.getStatistics("s3", S3[i]).getBytesWritten();
        }
        return sum;
    }
}
