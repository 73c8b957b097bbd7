// Takes all that its JVM allows: the heap, threads' stacks, direct memory and metaspace, all held at the same time. The heap is
// full of objects that point at each other all over it: a collector's remembered sets and mark stacks are then at their largest.

import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

class BenchLoad {
  static final int PIECE_BYTES = 256 * 1024;

  /** The rest is for the collector to work with. */
  static final double FULL = 0.85;

  static final SplittableRandom RANDOM = new SplittableRandom(1);

  /** Parameters: threads, bytes of each one's stack, loaded classes, seconds to hold it all. */
  public static void main(String[] parameters) throws Exception {
    List<Object> held = new ArrayList<>();
    fillDirectMemory(held);
    loadClasses(Integer.parseInt(parameters[2]), held);
    CountDownLatch release = startThreads(Integer.parseInt(parameters[0]), Long.parseLong(parameters[1]));
    List<Node> nodes = fillHeap();
    System.out.println(Runtime.getRuntime().totalMemory() / 1024 / 1024 + " MiB of heap");
    churn(nodes, System.nanoTime() + Long.parseLong(parameters[3]) * 1_000_000_000L);
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

  static CountDownLatch startThreads(int count, long stackBytes) throws InterruptedException {
    CountDownLatch deep = new CountDownLatch(count);
    CountDownLatch release = new CountDownLatch(1);
    for (int index = 0; index < count; index++) {
      Runnable deepen = () -> {
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
      };
      Thread thread = new Thread(null, deepen, "deep", stackBytes);
      thread.setDaemon(true);
      thread.start();
    }
    deep.await();
    return release;
  }

  static int recurse(int depth) {
    return recurse(depth + 1) + 1;
  }

  static List<Node> fillHeap() {
    List<Node> nodes = new ArrayList<>();
    Runtime runtime = Runtime.getRuntime();
    try {
      // To ask what is used takes longer than to make a node.
      while (runtime.totalMemory() - runtime.freeMemory() < runtime.maxMemory() * FULL)
        for (int count = 0; count < 1000; count++) nodes.add(new Node(nodes));
    } catch (OutOfMemoryError full) {
      // A tenth is let go, for the collector to work with.
      nodes.subList(nodes.size() - nodes.size() / 10, nodes.size()).clear();
    }
    return nodes;
  }

  static void churn(List<Node> nodes, long endNanos) {
    while (System.nanoTime() < endNanos) nodes.get(RANDOM.nextInt(nodes.size())).change(nodes);
  }

  static class Node {
    static final int LINKS = 8;

    /** No more nodes than are made in a minute or two. */
    static final int PAYLOAD_BYTES = (int) Math.max(512, Runtime.getRuntime().maxMemory() / 4_000_000);

    final Node[] to = new Node[LINKS];
    byte[] payload = new byte[PAYLOAD_BYTES];

    Node(List<Node> others) {
      for (int link = 0; link < LINKS && !others.isEmpty(); link++) point(link, others);
    }

    void change(List<Node> others) {
      payload = new byte[PAYLOAD_BYTES];
      point(RANDOM.nextInt(LINKS), others);
    }

    /** The other points back: from an old region into a young one, at first. */
    private void point(int link, List<Node> others) {
      Node other = others.get(RANDOM.nextInt(others.size()));
      to[link] = other;
      other.to[link] = this;
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
