-- GETs of PREFIX, a random line of the file IDS, SUFFIX; all three from the environment.
local requests = {}
local thread_count = 0

function setup(thread)
  thread:set("number", thread_count)
  thread_count = thread_count + 1
end

function init(args)
  math.randomseed(4711 + number)
  local prefix, suffix = os.getenv("PREFIX"), os.getenv("SUFFIX")
  for id in io.lines(os.getenv("IDS")) do
    requests[#requests + 1] = wrk.format("GET", prefix .. id .. suffix)
  end
end

function request()
  return requests[math.random(#requests)]
end
