-- Makes wrk send the requests of a file in sequence: each line is a path, a tab and a JSON body. `-- FILE KEY`
local requests, turn = {}, 0

function init(args)
  local headers = { ["Content-Type"] = "application/json", ["X-API-KEY"] = args[2] }
  for line in io.lines(args[1]) do
    local path, body = line:match("^(.-)\t(.*)$")
    requests[#requests + 1] = wrk.format("POST", path, headers, body)
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end
