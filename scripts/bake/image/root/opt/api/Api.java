// Stands in for the application: says over HTTP what heap it got, and a digest of the password that it was given.

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

public class Api {
    public static void main(String[] args) throws Exception {
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 8080), 0);
        server.createContext("/", exchange -> {
            byte[] answer = describe().getBytes();
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }

    static String describe() throws java.io.IOException {
        byte[] password = Files.readAllBytes(Path.of(System.getenv("CREDENTIALS_DIRECTORY"), "db.password"));
        return Runtime.getRuntime().maxMemory() + " " + Runtime.getRuntime().availableProcessors() + " " + digest(password) + "\n";
    }

    static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
