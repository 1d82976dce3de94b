import type english from "../en/doctor.ts";
import type { WordsOf } from "../words.ts";

export default {
  "gateway.http": "HTTP",
  "gateway.origin": "หน้าเว็บ",
  "gateway.clock": "นาฬิกา",
  "gateway.native": "native",
  "gateway.plain": "ข้อความล้วน",
  "gateway.room_text": "ข้อความในห้อง",
  "gateway.open_text": "ข้อความเปิด",
  "gateway.echo": "WebSocket echo",
  "gateway.post": "การส่ง",
  "gateway.events": "SSE",
  "gateway.poll": "long poll",
  "gateway.tcp_chat": "แชต TCP",
  "gateway.tcp_echo": "TCP echo",
  unreachable: "ไม่มีใครตอบที่ {url} ({detail}) กรุณาเริ่มเซิร์ฟเวอร์ หรือระบุที่อยู่ของเซิร์ฟเวอร์",
  refused: "ถูกปฏิเสธ {status}: {detail}",
  upgrade_blocked: "การอัปเกรดเป็น WebSocket ที่ {path} ไปไม่ถึง พร็อกซีระหว่างทางต้องส่งต่อส่วนหัว Upgrade และ Connection",
  buffered: "สตรีมถูกกักไว้ระหว่างทาง กรุณาปิดการบัฟเฟอร์ในพร็อกซี (nginx: proxy_buffering off)",
  silent: "ไม่มีคำตอบในเวลาที่กำหนด หรือสายขาด",
  wrong_answer: "นี่ไม่ใช่คำตอบของเซิร์ฟเวอร์ Parlance: {detail}",
  clock_off: "นาฬิกาของเครื่องนี้กับเซิร์ฟเวอร์ต่างกัน {seconds} วินาที กรุณาตั้งเวลาตามเซิร์ฟเวอร์เวลา",
  tcp_closed: "ไม่มีใครตอบที่พอร์ต {port} ({detail}) เปิดเกตเวย์ (--tcp-port, --tcp-echo-port) และพอร์ตแล้วหรือยัง",
  healthy: "ทุกอย่างทำงานได้",
  examining: "กำลังตรวจ {url}",
  works: "{latency} มิลลิวินาที",
} satisfies WordsOf<"th", typeof english>;
