# Chưa xác nhận: viết theo tài liệu của Microsoft, chưa thử trên Windows thật.
# Unconfirmed: written from Microsoft's documents, not tried on Windows.
#   powershell -ExecutionPolicy Bypass -File install-windows.ps1
# Cùng thư mục với thongsuot_room_heartbeat.py và room-heartbeat.ini; cần Python 3.8 trở lên.
# Beside thongsuot_room_heartbeat.py and room-heartbeat.ini; needs Python 3.8 or later.
$ErrorActionPreference = 'Stop'
$python = (Get-Command pythonw -ErrorAction SilentlyContinue | Select-Object -First 1).Source
if (-not $python) { throw 'Chưa có Python / Python is not installed' }
$program = Join-Path $PSScriptRoot 'thongsuot_room_heartbeat.py'
$config = Join-Path $PSScriptRoot 'room-heartbeat.ini'
icacls $config /inheritance:r /grant:r "$($env:USERNAME):R" | Out-Null
$action = New-ScheduledTaskAction -Execute $python -Argument "`"$program`" --config `"$config`""
$trigger = New-ScheduledTaskTrigger -AtLogOn -User "$env:USERDOMAIN\$env:USERNAME"
# Without these a task ends after three days, and does not run on battery.
$settings = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([TimeSpan]::Zero) `
  -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries `
  -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1)
$name = 'ThongSuot room heartbeat'
Register-ScheduledTask -Force -TaskName $name -Action $action -Trigger $trigger -Settings $settings
Start-ScheduledTask -TaskName $name
