// `parbake fleet`: which instances run an older image than the newest of their family. Changes nothing, anywhere.

import type { FleetCommand } from "../cli/invocation.ts";
import { FleetStream, fleetDocument } from "../cli/print/fleet-document.ts";
import { formatFleetMetrics } from "../cli/print/fleet-metrics.ts";
import { formatFleet, formatInstances } from "../cli/print/print-fleet.ts";
import { showing } from "../cli/progress.ts";
import type { Ending } from "../ending.ts";
import { FleetCount } from "../fleet/count-instances.ts";
import type { FleetSummary } from "../fleet/summarize-fleet.ts";
import { compileBy } from "../process/v8-flags.ts";
import { formatProblem, Refusal } from "../refusal.ts";
import { orStopped } from "../stop.ts";
import { findRegions, openFleet } from "./open-ec2.ts";
import type { Session } from "./session.ts";
import { surveyFleet, type SurveyOptions } from "./survey-fleet.ts";

type Survey = (onInstances: SurveyOptions["onInstances"]) => Promise<FleetSummary>;

export async function runFleet(command: FleetCommand, session: Session): Promise<Ending> {
  // A large fleet is hundreds of megabytes of XML.
  compileBy("all");
  const { deadline, log, progress } = session;
  const regions = await findRegions(command.regions, session);
  const { ec2, clients } = await openFleet(session);
  const count = new FleetCount();
  const context = { ec2, clients, deadline, log, random: Math.random };
  const nowMs = Date.now();
  const survey: Survey = (onInstances) => {
    const asked = surveyFleet({ command, regions, context, nowMs, count, onInstances });
    return showing(
      progress,
      () => `asking EC2: ${count.instances} instances so far`,
      () => Promise.race([asked, session.overrun]),
    );
  };
  try {
    return await report(survey, { ...command, regions }, session);
  } finally {
    clients.close();
  }
}

async function report(survey: Survey, command: FleetCommand, session: Session): Promise<Ending> {
  const { options, emit, emitText, say } = session;
  if (options.json && command.all) return streamDocument(survey, session);
  if (options.json || command.prometheus) {
    const summary = await survey(null);
    if (options.json) emit(fleetDocument(summary));
    else emitText(formatFleetMetrics(summary));
    return endingOf(summary);
  }
  const summary = await survey(command.all ? (instances) => say(instances, formatInstances) : null);
  const { regions, limits } = command;
  say({ summary, regions, limits }, formatFleet);
  return endingOf(summary);
}

/** The document is whole whatever happens: where EC2 stops answering, or the run is stopped, it ends with that error. */
async function streamDocument(survey: Survey, { emitText, log, deadline }: Session): Promise<Ending> {
  const stream = new FleetStream(emitText);
  try {
    const summary = await survey((instances) => stream.add(instances));
    stream.end(summary);
    return endingOf(summary);
  } catch (error) {
    const failure = orStopped(error, deadline);
    if (!(failure instanceof Refusal)) throw failure;
    stream.fail(failure);
    for (const problem of failure.problems) log("error", formatProblem(problem));
    return failure.code;
  }
}

function endingOf({ outdated }: FleetSummary): Ending {
  return outdated > 0 ? "differs" : "done";
}
