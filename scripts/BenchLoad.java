// Takes all that its JVM allows: the heap, every thread's stack, direct memory and metaspace, all held at the same time.

import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

class BenchLoad {
  static final int PIECE_BYTES = 256 * 1024;

  /** Parameters: threads, loaded classes, seconds to hold it all. */
  public static void main(String[] parameters) throws Exception {
    List<Object> held = new ArrayList<>();
    fillDirectMemory(held);
    loadClasses(Integer.parseInt(parameters[1]), held);
    CountDownLatch release = startThreads(Integer.parseInt(parameters[0]));
    long heapBytes = fillHeap(held);
    System.out.println(heapBytes / 1024 / 1024 + " MiB of heap");
    churn(held, System.nanoTime() + Long.parseLong(parameters[2]) * 1_000_000_000L);
    release.countDown();
    System.exit(held.isEmpty() ? 1 : 0);
  }

  static void fillDirectMemory(List<Object> held) {
    try {
      while (true) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE_BYTES);
        held.add(buffer);
      }
    } catch (OutOfMemoryError full) {
      // As far as it goes.
    }
  }

  static void loadClasses(int count, List<Object> held) throws Exception {
    byte[] code = BenchLoad.class.getResourceAsStream("BenchLoad$Loaded.class").readAllBytes();
    for (int index = 0; index < count; index++) held.add(MethodHandles.lookup().defineHiddenClass(code, true).lookupClass());
  }

  static CountDownLatch startThreads(int count) throws InterruptedException {
    CountDownLatch deep = new CountDownLatch(count);
    CountDownLatch release = new CountDownLatch(1);
    for (int index = 0; index < count; index++) {
      Thread thread = new Thread(() -> {
        try {
          recurse(0);
        } catch (StackOverflowError full) {
          // The stack stays as large as it has been.
        }
        deep.countDown();
        try {
          release.await();
        } catch (InterruptedException stopped) {
          Thread.currentThread().interrupt();
        }
      });
      thread.setDaemon(true);
      thread.start();
    }
    deep.await();
    return release;
  }

  static int recurse(int depth) {
    return recurse(depth + 1) + 1;
  }

  static long fillHeap(List<Object> held) {
    long bytes = 0;
    List<byte[]> pieces = new ArrayList<>();
    try {
      while (true) {
        pieces.add(new byte[PIECE_BYTES]);
        bytes += PIECE_BYTES;
      }
    } catch (OutOfMemoryError full) {
      // A tenth is let go, for the collector to work with.
      pieces.subList(0, pieces.size() / 10).clear();
    }
    held.add(pieces);
    return bytes;
  }

  static void churn(List<Object> held, long endNanos) {
    List<?> pieces = (List<?>) held.get(held.size() - 1);
    for (int index = 0; System.nanoTime() < endNanos; index++) {
      byte[] fresh = new byte[PIECE_BYTES / 8];
      fresh[index % fresh.length] = 1;
      if (pieces.isEmpty()) throw new IllegalStateException();
    }
  }

  /** As many methods and constants as a small class has. */
  static class Loaded {
    int first;
    String second = "second";

    int sum(int other) {
      return first + other + second.length();
    }

    String describe() {
      return "Loaded " + first + " " + second;
    }

    boolean isLarge() {
      return sum(3) > 100 && describe().length() > 10;
    }
  }
}
