// Tunes Apache Tomcat.

import { servletProfile } from "./servlet.ts";

export const tomcat = servletProfile("tomcat", "an Apache Tomcat", "paketo-buildpacks/libjvm, calc: 250 threads");
