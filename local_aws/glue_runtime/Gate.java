package local_aws;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Asks the server whether the run's role may do what a file is opened for
 * (services/glue/jobs/gate.py answers). What was allowed once is not asked again.
 * A run that works as the account has none.
 */
final class Gate {
    static final String LIST = "ListBucket";
    static final String GET = "GetObject";
    static final String PUT = "PutObject";
    static final String DELETE = "DeleteObject";
    private final int port;
    private final String token;
    private final String bucket;
    private final Set<String> allowed = new HashSet<String>();
    private Socket socket;
    private BufferedReader answers;

    /** place: the port and the token with a space between. */
    Gate(String place, String bucket) {
        int space = place.indexOf(' ');
        this.port = Integer.parseInt(place.substring(0, space));
        this.token = place.substring(space + 1);
        this.bucket = bucket;
    }

    /** Throws what S3's client would. */
    synchronized void require(String action, String key) throws IOException {
        String question = action + " " + encoded(bucket) + " " + encoded(key);
        if (allowed.contains(question)) {
            return;
        }
        String refusal = ask(question);
        if (!refusal.isEmpty()) {
            throw new IOException(refusal);
        }
        allowed.add(question);
    }

    private String ask(String question) throws IOException {
        if (socket == null) {
            socket = new Socket(InetAddress.getByName("127.0.0.1"), port);
            socket.setTcpNoDelay(true);
            answers = new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }
        byte[] line = (token + " " + question + "\n").getBytes(StandardCharsets.UTF_8);
        socket.getOutputStream().write(line);
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("local_aws no longer says what this run's role may do");
        }
        return URLDecoder.decode(answer, "UTF-8");
    }

    synchronized void close() throws IOException {
        if (socket != null) {
            socket.close();
        }
    }

    private static String encoded(String text) throws IOException {
        return URLEncoder.encode(text, "UTF-8");
    }
}
