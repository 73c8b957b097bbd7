// Tunes a Spring Boot service on its embedded Tomcat.

import { servletProfile } from "./servlet.ts";

export const springBoot = servletProfile(
  "spring-boot",
  "a Spring Boot service on its embedded Tomcat",
  "docs.spring.io, server.tomcat.threads.max and server.tomcat.max-connections",
);
