/** RFC 9457, as every error of the server. */
export interface Problem {
  status: number;
  title: string;
  detail: string;
  requestId: string;
  errors: { name: string; reason: string }[];
}

/** A failed request; `problem` is absent where the server could not be reached. */
export class ApiError extends Error {
  readonly problem: Problem | undefined;

  constructor(problem: Problem | undefined, cause?: unknown) {
    super(problem?.detail || problem?.title || "unreachable", { cause });
    this.name = "ApiError";
    this.problem = problem;
  }
}

/** Reads an error answer, whatever stands between may have written. */
export async function readProblem(response: Response): Promise<Problem> {
  let body: Record<string, unknown> = {};
  if ((response.headers.get("content-type") ?? "").includes("json")) {
    body = ((await response.json().catch(() => ({}))) ?? {}) as Record<string, unknown>;
  }
  const text = (...names: string[]) => {
    const found = names.map((name) => body[name]).find((value) => typeof value === "string");
    return (found as string | undefined) ?? "";
  };
  return {
    status: response.status,
    title: text("title") || response.statusText,
    detail: text("detail"),
    requestId: text("requestId", "request_id") || (response.headers.get("x-request-id") ?? ""),
    errors: Array.isArray(body.errors) ? (body.errors as Problem["errors"]) : [],
  };
}
