-- PUTs of one body to ever new names below the URL's path. From the environment: BODY, a file.
local counter = 0
local thread_count = 0

function setup(thread)
  thread:set("number", thread_count)
  thread_count = thread_count + 1
end

function init(args)
  local file = assert(io.open(os.getenv("BODY"), "rb"))
  wrk.body = file:read("*a")
  file:close()
  wrk.method = "PUT"
end

function request()
  counter = counter + 1
  return wrk.format(nil, wrk.path .. number .. "-" .. counter .. ".pdf")
end
